"""Pictures of values as pixels, by numpy alone: colour maps, rasters, axes, readouts, stills."""
