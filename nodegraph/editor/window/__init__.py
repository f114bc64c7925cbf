"""The window itself: all that touches Dear PyGui. One thread does, and nothing else imports it."""
