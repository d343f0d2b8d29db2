import { once } from 'node:events';
import { connect } from 'node:net';
import { withServer } from './child-server';
import { timesOf } from './timing';

/** Answers with what it was sent, and says its port. */
const SERVER = `require('node:net')
  .createServer({ noDelay: true }, (socket) => socket.pipe(socket))
  .listen(0, '127.0.0.1', function () { process.stdout.write(String(this.address().port)); });`;

/** Round trips of so many bytes to another process over the loopback interface, in µs. */
export function tcpEchoTimes(count: number, bytes: number): Promise<number[]> {
  return withServer(SERVER, async (port) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    try {
      await once(socket, 'connect');
      const message = Buffer.alloc(bytes, 'x');
      return await timesOf(count, async () => {
        socket.write(message);
        for (let left = bytes; left > 0;) left -= ((await once(socket, 'data')) as [Buffer])[0].length;
      });
    } finally {
      socket.destroy();
    }
  });
}
