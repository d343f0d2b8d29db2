// Servers that are killed and machines that are busy make these tests wait for much that is not theirs. One that fails is
// tried once more, and what it said first is logged: a defect fails twice.
jest.retryTimes(1, { logErrorsBeforeRetry: true });
