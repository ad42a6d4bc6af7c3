"""The problems that reading a file, finding its names and building its model can meet."""
