// Messages before those on show: first those that the page holds, then a page of them from the server.

const STEP = 150;

/** Show more of the room above; what is being read stays where it is. `held`: the page has them already. */
export async function earlier(pane, held) {
  const { store, room } = pane;
  const before = pane.log.scrollHeight;
  pane.limit += STEP;
  const first = (store.byRoom.get(room) || [])[0];
  const answer = !held && first && await pane.app.plain({ do: "earlier", room, before: first.id });
  if (answer) {
    for (const message of answer.messages) store.put(message, false);
    store.rooms.get(room).more = answer.more;
  }
  pane.drawAll();
  pane.log.scrollTop += pane.log.scrollHeight - before;
}
