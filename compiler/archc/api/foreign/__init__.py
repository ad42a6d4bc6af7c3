"""Files of other programs as text: descriptions of networks, and ONNX files with their weights."""
