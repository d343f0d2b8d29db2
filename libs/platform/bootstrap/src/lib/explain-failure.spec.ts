import { PortInUse } from '@trading/platform-grpc';
import { explainFailure } from './explain-failure';

describe('explainFailure', () => {
  it('says what happened without a stack', () => {
    const text = explainFailure('execution', new PortInUse('127.0.0.1', 9193));
    expect(text).toBe(
      'execution did not start. Port 9193 on 127.0.0.1 is in use; stop what listens there or choose another port.\n',
    );
  });

  it('gathers the reasons of an error that has none itself', () => {
    const error = new AggregateError(
      [new Error('connect ECONNREFUSED ::1:5432'), new Error('connect ECONNREFUSED')],
      '',
    );
    expect(explainFailure('x', error)).toBe('x did not start. connect ECONNREFUSED ::1:5432 connect ECONNREFUSED\n');
  });

  it('copes with errors without a message and with what is no error', () => {
    expect(explainFailure('x', new TypeError())).toBe('x did not start. TypeError\n');
    expect(explainFailure('x', { odd: 1 })).toBe('x did not start. { odd: 1 }\n');
  });
});
