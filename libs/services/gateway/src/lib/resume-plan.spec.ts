import { planResume, type EventPosition } from './resume-plan';

const known = (more: Partial<EventPosition> = {}): EventPosition => ({
  journalId: 'j1',
  seq: 10,
  syncing: false,
  ...more,
});
const plan = (resume: { first: number; last: number } | undefined, position?: EventPosition, journalId = 'j1') =>
  planResume({ journalId, ...(resume && { resume }) }, position, undefined);

describe('where the events of a session begin', () => {
  it('goes on after what the bus has', () => {
    expect(plan({ first: 1, last: 20 }, known())).toEqual({ resumeFrom: 10 });
    expect(plan({ first: 11, last: 20 }, known())).toEqual({ resumeFrom: 10 });
    expect(plan({ first: 1, last: 10 }, known())).toEqual({ resumeFrom: 10 });
    expect(plan(undefined, known())).toEqual({ resumeFrom: 10 });
    expect(plan(undefined)).toEqual({ resumeFrom: 0 });
  });

  it('asks for all that there is, and for a comparison, where that has a gap', () => {
    expect(plan({ first: 12, last: 20 }, known())).toMatchObject({ resumeFrom: 11, syncReason: expect.any(String) });
    expect(plan({ first: 2, last: 20 })).toMatchObject({ resumeFrom: 1, syncReason: expect.any(String) });
    expect(plan({ first: 1, last: 9 }, known())).toMatchObject({ resumeFrom: 0, syncReason: expect.any(String) });
  });

  it('takes another journal from its beginning', () => {
    const other = plan({ first: 3, last: 20 }, known(), 'j2');
    expect(other).toMatchObject({ resumeFrom: 2, syncReason: 'the journal is j2, it was j1' });
    const named = planResume({ journalId: 'j2' }, undefined, 'j1');
    expect(named).toMatchObject({ resumeFrom: 0, syncReason: 'the journal is j2, it was j1' });
  });

  it('stays to be compared until that has ended', () => {
    expect(plan({ first: 1, last: 20 }, known({ syncing: true }))).toMatchObject({
      resumeFrom: 10,
      syncReason: 'the comparison before did not end',
    });
  });
});
