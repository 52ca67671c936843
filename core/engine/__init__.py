"""The engine: lanes, dispatch, timers, tasks and the sender."""
