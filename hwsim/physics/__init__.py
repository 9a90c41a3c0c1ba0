"""The physics of an emulated phone's parts: what an ideal observer would record of a part in a given state of health.

Everything is a pure function of component state, time, stimulus and a numpy Generator: the same seed gives the same
samples. Modules are imported one by one, so that an idle phone does not pay for numpy.
"""
