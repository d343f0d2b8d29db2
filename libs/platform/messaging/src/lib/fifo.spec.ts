import { Fifo } from './fifo';

describe('a fifo', () => {
  it('gives back in order what came in, across growth and wrap-around', () => {
    const fifo = new Fifo<number>(2);
    const out: (number | undefined)[] = [];
    for (let i = 0; i < 100; i++) {
      fifo.push(i);
      if (i % 3 === 0) out.push(fifo.shift());
    }
    while (fifo.length > 0) out.push(fifo.shift());
    expect(out).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(fifo.shift()).toBeUndefined();
  });

  it('puts an item back in front', () => {
    const fifo = new Fifo<number>(2);
    fifo.push(1);
    fifo.push(2);
    fifo.unshift(0);
    expect([fifo.shift(), fifo.shift(), fifo.shift()]).toEqual([0, 1, 2]);
  });
});
