"""Builds the images and runs them where neither a container daemon nor an image registry is: by Debian's buildah and podman, as root."""

from tools.containers.debian import install
from tools.containers.engine import Engine, Failed
from tools.containers.network import own_network
from tools.debian import Missing

__all__ = ["Engine", "Failed", "Missing", "install", "own_network"]
