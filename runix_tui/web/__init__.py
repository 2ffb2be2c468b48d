"""The terminal UI in a browser on this machine: who may come in, the page, and a process of the UI for each tab.

The UI is the same program, started with a driver that speaks to a pipe; textual-serve brings the terminal of the page
and the words on the pipe. What is new here is the door: textual-serve alone would let everybody in. What the UI shows,
and where its server comes from, stays out.
"""
