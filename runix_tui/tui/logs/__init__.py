"""What the log panes know: lines kept on disk, followed, painted, searched. ``widgets.log_view`` draws them."""
