"""Listening tests after MUSHRA (ITU-R BS.1534): what is played, what was answered, what follows.

A test lies in a folder that holds all a listener may see, and a key beside that folder that says
what is what::

    song_mushra/               goes to the listener, or into the folder configs/ of webMUSHRA
        session.json           the test as this program plays it
        config.yaml            the same test for webMUSHRA
        t1_reference.wav       what everything is compared with, and is played openly
        t1_s1.wav t1_s2.wav    what is rated; the reference, hidden, is one of them
        ratings.csv            the answers, once there are some
        unfinished_ID.json     those of a listener who has not come to the end yet
    song_mushra_key.json       stays at home

``session.json``::

    {
      "format": 1,
      "name": "song_mushra",
      "seed": 0,
      "trials": [
        {
          "id": "song",
          "question": "quality",
          "reference": "t1_reference.wav",
          "stimuli": [{"id": "s1", "file": "t1_s1.wav"}, {"id": "s2", "file": "t1_s2.wav"}]
        }
      ]
    }

- Files are names inside the folder of ``session.json``. All sounds of a trial have one rate, one
  length, one number of channels and, where it was not switched off, one loudness: a player changes
  no gain.
- A *question* is one of `QUESTIONS`. Trials of different questions may share sounds.
- Ids of trials are unique in the test, those of stimuli in their trial. They, the names of files and
  their order are drawn at random, and tell nothing.
- The order in the file is no order of playing. For each listener a player draws that of the trials,
  and that of the stimuli of each trial, from the seed and the listener's ``session_uuid``.

The key, ``NAME_key.json``, for the trials by id and their stimuli by id::

    {
      "format": 1,
      "name": "song_mushra",
      "trials": {
        "song": {
          "s1": {"condition": "REPET", "role": "system", "gain": 1.25},
          "s2": {"condition": "reference", "role": "reference", "gain": 0.0}
        }
      }
    }

A role is one of `ROLES`; a gain is what made the loudness equal, in dB.

``ratings.csv`` has the columns `COLUMNS`, as webMUSHRA has them. ``session_uuid`` is one listener
in one sitting, ``rating_stimulus`` the id of a stimulus, ``rating_score`` is 0 to 100,
``rating_time`` the milliseconds that the listener spent on the trial. Of a file of webMUSHRA its
own words are understood: ``reference``, ``anchor35`` and ``anchor70``.

Whatever is wrong in a file raises ValueError: one line that names the file.
"""

from nodegraph.mushra.answers import Answers, answers, files_of
from nodegraph.mushra.keys import Condition, Key, key_of, key_text, read_key
from nodegraph.mushra.ratings import COLUMNS, RATINGS, Rating, append_ratings, read_ratings
from nodegraph.mushra.sessions import (
    CONFIG,
    MOST,
    QUESTIONS,
    ROLES,
    SESSION,
    Session,
    Stimulus,
    Trial,
    read_session,
    session_text,
)
from nodegraph.mushra.web import web_text

__all__ = [
    "COLUMNS",
    "CONFIG",
    "MOST",
    "QUESTIONS",
    "RATINGS",
    "ROLES",
    "SESSION",
    "Answers",
    "Condition",
    "Key",
    "Rating",
    "Session",
    "Stimulus",
    "Trial",
    "answers",
    "append_ratings",
    "files_of",
    "key_of",
    "key_text",
    "read_key",
    "read_ratings",
    "read_session",
    "session_text",
    "web_text",
]
