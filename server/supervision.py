import os
import socket


def tell_supervisor(state: str) -> None:
    """Tell the process that started us how we are, by systemd's protocol (sd_notify(3)): READY=1, STOPPING=1.
    Nothing happens where nobody asked for it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.connect("\0" + address[1:] if address.startswith("@") else address)
        sender.sendall(state.encode())
