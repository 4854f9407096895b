"""The floors run as ROMS runs (gunicorn.conf.py): one process, threads."""

import os

bind = os.environ.get("FLOOR_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = 1
threads = int(os.environ.get("FLOOR_THREADS", "400"))
worker_connections = threads + 200
graceful_timeout = 1
timeout = 60
keepalive = 15
loglevel = "warning"
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
