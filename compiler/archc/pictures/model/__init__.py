"""What a picture shows, before any of it has a place: boxes, branches, repeats, panels."""
