"""What an operator watches and runs the service with: health, metrics and alerts, and the files of a server."""
