# SPDX-License-Identifier: BSD-2-Clause
"""A real MQTT broker, on a port of its own."""
import os
import shutil
import socket
import subprocess
import tempfile
import time

import tap


class Broker:
    """For a with statement; address is HOST:PORT."""

    def __init__(self):
        self.port = tap.free_port()
        self.address = f"localhost:{self.port}"
        self.process = None

    def __enter__(self):
        # Debian installs it where only root's PATH leads.
        program = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")
        assert program, "mosquitto is not installed"
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as configuration:
            configuration.write(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n"
                                "log_type none\n")
            configuration.flush()
            os.chmod(configuration.name, 0o644)
            self.process = subprocess.Popen([program, "-c", configuration.name],
                                            stderr=subprocess.DEVNULL)
            for _ in range(500):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                        return self
                assert self.process.poll() is None, "mosquitto ended"
                time.sleep(0.02)
        raise AssertionError("mosquitto does not answer")

    def __exit__(self, *exception):
        self.process.terminate()
        self.process.wait()
