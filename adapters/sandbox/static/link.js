// The one WebSocket: frames in, acts out. It comes back by itself and asks for what it missed.

const FIRST_WAIT = 300;
const LONGEST_WAIT = 8000;

const failure = (code, sentence = code) => Object.assign(new Error(sentence), { code });

export class Link {
  /** `frame(data)` gets every frame but answers; `state("online" | "waiting")` is told of the connection. */
  constructor({ hello, frame, state }) {
    this.hello = hello;
    this.frame = frame;
    this.state = state;
    this.waiting = new Map();
    this.next = 1;
    this.wait = FIRST_WAIT;
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.hurry(); });
    this.connect();
  }

  connect() {
    clearTimeout(this.timer);
    this.timer = 0;
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    this.socket = socket;
    socket.onopen = () => this.sync();
    socket.onmessage = (event) => this.receive(JSON.parse(event.data));
    socket.onclose = () => { if (this.socket === socket) this.lost(); };
  }

  /** Ask for everything after what is known; the answer is a snapshot or the changes since. */
  sync() {
    this.socket.send(JSON.stringify({ do: "hello", ...this.hello() }));
  }

  receive(data) {
    if (data.kind !== "done") {
      this.wait = FIRST_WAIT;
      this.state("online");
      this.frame(data);
      return;
    }
    const call = this.waiting.get(data.id);
    this.waiting.delete(data.id);
    if (data.error) call?.reject(failure(data.code, data.error));
    else call?.resolve(data);
  }

  lost() {
    this.socket = null;
    for (const call of this.waiting.values()) call.reject(failure("lost"));
    this.waiting.clear();
    this.state("waiting");
    this.timer = setTimeout(() => this.connect(), this.wait * (0.75 + Math.random() / 2));
    this.wait = Math.min(LONGEST_WAIT, this.wait * 2);
  }

  hurry() {
    if (this.timer) this.connect();
  }

  /** Do something; resolves after the commit, rejects with a code and a plain sentence ("lost" when the connection went away). */
  act(body) {
    return new Promise((resolve, reject) => {
      if (this.socket?.readyState !== WebSocket.OPEN) { reject(failure("offline")); return; }
      const id = this.next++;
      this.waiting.set(id, { resolve, reject });
      this.socket.send(JSON.stringify({ id, ...body }));
    });
  }
}
