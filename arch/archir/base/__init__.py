"""What everything stands on: texts and places, problems, records, reserved names."""
