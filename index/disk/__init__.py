"""Files on disk, whatever they hold."""
