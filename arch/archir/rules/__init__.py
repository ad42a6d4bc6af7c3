"""Problems of the shape checker, one class each, beside each other by what they are about."""
