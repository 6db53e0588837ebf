import { cities, type City } from './cities.ts';

export interface CountryStatistics {
  cities: number;
  population: number;
  largest: string;
  largestPopulation: number;
}

export interface BatchStatistics {
  records: number;
  population: number;
  countries: Record<string, CountryStatistics>;
  /** Countries in which a name occurs, by name. */
  names: Record<string, string[]>;
  northernmost: { name: string; country: string; latitude: number };
}

/** Statistics of one batch of ranges. */
export function process({ items }: { items: string[] }): BatchStatistics {
  const result: BatchStatistics = {
    records: 0,
    population: 0,
    countries: {},
    names: {},
    northernmost: { name: '', country: '', latitude: -90 },
  };
  for (const range of items) {
    const [first, last] = range.split('-').map(Number) as [number, number];
    for (const city of cities.slice(first, last + 1)) add(result, city);
  }
  return result;
}

function add(result: BatchStatistics, city: City): void {
  const { name, country, population } = city;
  result.records += 1;
  result.population += population;
  const statistics = (result.countries[country] ??= { cities: 0, population: 0, largest: '', largestPopulation: -1 });
  statistics.cities += 1;
  statistics.population += population;
  if (population > statistics.largestPopulation)
    Object.assign(statistics, { largest: name, largestPopulation: population });
  const countries = (result.names[name] ??= []);
  if (!countries.includes(country)) countries.push(country);
  const [, latitude] = city.loc.coordinates;
  if (latitude > result.northernmost.latitude) result.northernmost = { name, country, latitude };
}
