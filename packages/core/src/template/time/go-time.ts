import { Boxed } from '../value.js';

export abstract class GoTime extends Boxed {}
