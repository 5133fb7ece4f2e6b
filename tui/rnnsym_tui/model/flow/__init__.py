"""The model of the Flow screen: sliders, place, the work behind the pictures, and the pictures as lines of spans."""
