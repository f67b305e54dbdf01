# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""A real Slurm of one node on this machine, in a folder of its own: munged, slurmctld and slurmd."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time

# cred_expire (5 s at least) is also what a requeued job waits before it starts again.
CONFIGURATION = """
ClusterName=diffjoule
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
SlurmctldPort={controller}
SlurmdPort={node}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,batch_sched_delay=0
MailProg=/bin/true
KillWait=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel")


def missing():
    """Why there can be no cluster here; None where there can be one."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"{', '.join(absent)} not here (Debian: slurmctld, slurmd, slurm-client, munge)"
    if os.geteuid() != 0:
        return "Slurm's daemons need root"
    return None


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def until(condition, seconds, every=0.1):
    """The condition's value as soon as it is true, or what it is in the end."""
    end = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < end:
        time.sleep(every)
    return value


class Cluster:
    """Between enter and exit the daemons run and SLURM_CONF names them."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="slurm"))
        self.folder.chmod(0o755)  # munge's socket is for everybody
        self.daemons = []
        for name in ("state", "spool", "munge"):
            (self.folder / name).mkdir(0o755)
        key = self.folder / "munge" / "key"
        key.touch(0o600)
        key.write_bytes(os.urandom(1024))
        host = socket.gethostname().split(".")[0]
        configuration = self.folder / "slurm.conf"
        configuration.write_text(CONFIGURATION.format(folder=self.folder, host=host, controller=free_port(), node=free_port()))
        if self.version() >= 23:  # wants cgroups else, which a container may not have; older ones do not know the word
            (self.folder / "cgroup.conf").write_text("CgroupPlugin=disabled\n")
        self.environment = {**os.environ, "SLURM_CONF": str(configuration)}
        try:
            munge = self.folder / "munge"
            self.start("munged", "--foreground", "--force", f"--key-file={key}", f"--socket={munge}/socket", f"--pid-file={munge}/pid",
                       f"--log-file={munge}/log", f"--seed-file={munge}/seed")
            assert until((munge / "socket").exists, 10), "munged made no socket"
            self.start("slurmctld", "-D", "-c")
            self.start("slurmd", "-D")
            until(lambda: self.idle() or any(daemon.poll() is not None for daemon in self.daemons), 20)
            self.ready = self.idle()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self, *command):
        output = (self.folder / f"{command[0]}.out").open("w")
        self.daemons.append(subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output))

    @staticmethod
    def version():
        """22 of "slurm-wlm 22.05.8"; 0: unknown."""
        said = subprocess.run(["slurmctld", "-V"], capture_output=True, text=True, timeout=30).stdout
        found = re.search(r"(\d+)\.\d+", said)
        return int(found[1]) if found else 0

    def idle(self):
        return self.said("sinfo", "-h", "-o", "%T") == "idle"

    def said(self, *command):
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=30)
        return done.stdout.strip()

    def jobs(self):
        """What has not ended: {"12_3": "RUNNING"}."""
        lines = self.said("squeue", "-h", "-r", "-o", "%i %T").splitlines()
        return dict(line.split() for line in lines)

    def complaints(self):
        """The ends of the daemons' logs."""
        logs = sorted([*self.folder.glob("*.log"), *self.folder.glob("*.out"), self.folder / "munge" / "log"])
        return "\n".join(f"== {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:]) for log in logs if log.exists())

    def __exit__(self, *_):
        if len(self.daemons) == 3 and self.daemons[1].poll() is None:
            for job in self.jobs():
                self.said("scancel", "--full", job)
            until(lambda: not self.jobs(), 10)
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in reversed(self.daemons):
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
