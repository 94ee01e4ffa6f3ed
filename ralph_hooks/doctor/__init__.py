"""Whether everything is in order: facts gathered, checked by pure functions, and mended where that is safe."""
