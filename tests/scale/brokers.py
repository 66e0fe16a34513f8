# SPDX-License-Identifier: BSD-2-Clause
"""method=mqtt and three nodes of RabbitMQ, of which one is killed: what was received, and what was
counted as dropped, are all that was produced. tests/scale/rabbitmq starts this."""
import collections
import json
import os
import pathlib
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading

import tap

FOLDER = tempfile.TemporaryDirectory(prefix="effnet-brokers-")
IN_ROOT, ROOT = shlex.split(os.environ["EFFNET_IN_ROOT"]), pathlib.Path(os.environ["EFFNET_ROOT"])
NODES, NAME = (1, 2, 3), os.environ["EFFNET_BROKERS"]
PATIENCE = 300  # s; nothing here is about speed
FRAMES = 3000
Gst = tap.gstreamer()

SETTINGS = """\
listeners.tcp = none
mqtt.listeners.tcp.1 = {address}:{port}
mqtt.durable_queue_type = quorum
cluster_formation.peer_discovery_backend = classic_config
cluster_formation.classic_config.nodes.1 = node1@localhost
cluster_formation.classic_config.nodes.2 = node2@localhost
cluster_formation.classic_config.nodes.3 = node3@localhost
"""


def wait(what, condition):
    return tap.wait(what, condition, PATIENCE)


class Cluster:
    """Its nodes listen for MQTT at one port of addresses of their own, as machines would; all the rest
    is at ports of this machine that nothing else uses."""

    def __init__(self):
        self.port, self.names = tap.free_port(), tap.free_port()
        self.processes = {}
        (ROOT / "root/.erlang.cookie").write_text("effnet", "ascii")
        (ROOT / "root/.erlang.cookie").chmod(0o600)
        self.daemon = self.run("epmd", "-port", str(self.names), "-address", "127.0.0.1")
        for node in NODES:
            folder = ROOT / f"node{node}"
            folder.mkdir()
            (folder / "rabbitmq.conf").write_text(SETTINGS.format(address=self.address(node), port=self.port))
            (folder / "plugins").write_text("[rabbitmq_mqtt].\n")
            self.start(node)

    @staticmethod
    def address(node):
        return f"127.0.0.{node}"

    def run(self, *command, **environment):
        """In a group of its own, which ends at once."""
        log = ROOT / f"{environment.get('RABBITMQ_NODENAME', 'epmd')}.log"
        variables = {"ERL_EPMD_PORT": self.names, "ERL_EPMD_ADDRESS": "127.0.0.1", **environment}
        with open(log, "ab") as file:
            return subprocess.Popen(
                [*IN_ROOT, "env", *(f"{name}={value}" for name, value in variables.items()), *command],
                stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True)

    def start(self, node):
        folder = f"/node{node}"
        self.processes[node] = self.run(
            "/usr/lib/rabbitmq/bin/rabbitmq-server", RABBITMQ_NODENAME=f"node{node}@localhost",
            RABBITMQ_CONFIG_FILE=f"{folder}/rabbitmq.conf", RABBITMQ_MNESIA_BASE=folder,
            RABBITMQ_LOG_BASE=folder, RABBITMQ_ENABLED_PLUGINS_FILE=f"{folder}/plugins",
            RABBITMQ_DIST_PORT=tap.free_port(),
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}")

    def answers(self, node):
        with socket.socket() as probe:
            return probe.connect_ex((self.address(node), self.port)) == 0

    def wait_complete(self):
        for node in NODES:
            wait(f"node {node} does not answer", lambda node=node: self.answers(node))
        with self.run("/usr/lib/rabbitmq/bin/rabbitmqctl", "--node", "node1@localhost", "await_online_nodes",
                      str(len(NODES))) as asked:
            assert asked.wait(PATIENCE) == 0, "the nodes do not know each other"

    def kill(self, node):
        os.killpg(self.processes[node].pid, signal.SIGKILL)
        self.processes.pop(node).wait()

    def stop(self):
        for node in list(self.processes):
            self.kill(node)
        os.killpg(self.daemon.pid, signal.SIGKILL)
        self.daemon.wait()


class Reader:
    """mosquitto_sub, in a session that outlives nodes: how often each frame came."""

    def __init__(self, cluster, stream):
        self.frames = collections.Counter()
        command = ["mosquitto_sub", "-h", NAME, "-p", str(cluster.port), "-i", f"reader-{stream}", "-c",
                   "-q", "1", "-t", f"cams/{stream}"]
        subprocess.run([*command, "-E"], check=True)  # from now on, the cluster keeps what comes
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.frames[json.loads(line)["frame"]] += 1

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def checkpoint():
    path = f"{FOLDER.name}/lite0.safetensors"
    if not os.path.exists(path):
        subprocess.run([os.environ["EFFNET_WRITE_LITE0"], path], check=True)
    return path


class Publisher:
    """A pipeline in this process."""

    def __init__(self, cluster, stream, length):
        self.pipeline = Gst.parse_launch(
            f"videotestsrc num-buffers={FRAMES} is-live=true "
            "! video/x-raw,format=GRAY8,width=32,height=32,framerate=200/1 "
            f"! efficientnet model={checkpoint()} model-options=resolution=32 top-k=1 threads=1 "
            f"! efficientnetpublish name=out method=mqtt address={NAME}:{cluster.port} "
            f"topic=cams/{stream} drain-timeout={PATIENCE * Gst.SECOND} max-queue={length} ! fakesink")
        self.out, self.bus = self.pipeline.get_by_name("out"), self.pipeline.get_bus()

    def get(self, name):
        return self.out.get_property("stats").get_value(name)

    def start(self):
        self.pipeline.set_state(Gst.State.PLAYING)

    def wait_end(self):
        message = self.bus.timed_pop_filtered(PATIENCE * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
        assert message and message.type == Gst.MessageType.EOS, message and message.parse_error()

    def stop(self):
        self.pipeline.set_state(Gst.State.NULL)


def node_of(process, port):
    """The node that PROCESS is connected to."""
    sockets = set()
    for link in pathlib.Path(f"/proc/{process}/fd").iterdir():
        try:
            sockets.add(os.readlink(link))
        except FileNotFoundError:  # closed meanwhile
            continue
    for line in pathlib.Path(f"/proc/{process}/net/tcp").read_text("ascii").splitlines()[1:]:
        _, _, remote, state, *rest = line.split()
        address, found = (int(part, 16) for part in remote.split(":"))
        if found == port and state == "01" and f"socket:[{rest[5]}]" in sockets:
            return socket.ntohl(address) & 0xff
    return None


def check(publisher, reader):
    """What the two have counted; how many are lost."""
    made, written, dropped = (publisher.get(name) for name in ("lines", "written", "dropped"))
    assert made == FRAMES and written + dropped == made, (made, written, dropped)
    wait("what was acknowledged did not come", lambda: len(reader.frames) >= written)
    again = sum(reader.frames.values()) - len(reader.frames)
    print(f"# {made} produced, {written} acknowledged, {dropped} dropped, {len(reader.frames)} received, "
          f"{again} of them again")
    assert len(reader.frames) + dropped == made and set(reader.frames) <= set(range(FRAMES))
    return dropped


def test_a_node_dies():
    """The one that all are connected to, and that leads their queues. While another one takes over, one
    publisher has room for everything, and one has not."""
    cluster, readers, publishers = Cluster(), [], []
    try:
        cluster.wait_complete()
        for stream, length in (("door", FRAMES), ("yard", 10)):
            readers.append(Reader(cluster, stream))
            publishers.append(Publisher(cluster, stream, length))
        for publisher in publishers:
            publisher.start()
        for publisher in publishers:
            wait("nothing is written", lambda publisher=publisher: publisher.get("written") >= FRAMES // 4)
        nodes = {node_of(process, cluster.port) for process in
                 [os.getpid(), *(reader.process.pid for reader in readers)]}
        node, = nodes
        cluster.kill(node)
        for publisher in publishers:
            publisher.wait_end()
        dropped = [check(*pair) for pair in zip(publishers, readers)]
        assert dropped[0] == 0 < dropped[1], dropped
    finally:
        for part in (*publishers, *readers, cluster):
            part.stop()


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
