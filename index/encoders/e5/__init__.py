"""The bundled encoder: multilingual-e5-small as an int8 ONNX graph."""
