import { keepGoldens } from './goldens';

keepGoldens();
