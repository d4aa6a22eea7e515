import { isAbsolute, resolve } from 'node:path';

export const pathIn = (folder: string, path: string): string => (isAbsolute(path) ? path : resolve(folder, path));
