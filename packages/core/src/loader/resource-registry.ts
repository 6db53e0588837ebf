import { CompozyError } from '../errors/compozy-error.js';
import { canonicalJson } from '../schema/canonical-json.js';
import type { Json, JsonObject } from '../model/json.js';
import { resourceTypes, type ResourceType } from '../schema/resource-types.js';

/** A definition as a file of its own has it: `{ resource: 'tool', id: 'fetch', … }`. */
export interface ResourceDefinition extends JsonObject {
  readonly resource: ResourceType;
  readonly id: string;
}

/** Definitions of a project by type and id; upper and lower case of an id are the same. */
export interface ResourceList {
  get(type: ResourceType, id: string): ResourceDefinition | undefined;
  /** In the order in which they came; of one type, or of all. */
  list(type?: ResourceType): readonly ResourceDefinition[];
}

export interface ResourceRegistry extends ResourceList {
  /**
   * Adds a definition. The same one again changes nothing. What it says is checked with the project that it is for.
   *
   * @throws `Config.Invalid` when it is no definition, or another one has its type and id.
   */
  register(definition: ResourceDefinition): void;
}

/** Definitions made in code, for `createWorker({ resources })` or `project.extend`. */
export function createResourceRegistry(first: readonly ResourceDefinition[] = []): ResourceRegistry {
  const definitions = new Map<string, ResourceDefinition>();
  const register = (definition: ResourceDefinition): void => {
    const given: Json = definition;
    const { resource, id } = (given ?? {}) as Partial<ResourceDefinition>;
    if (!resourceTypes.includes(resource as ResourceType)) {
      const message = `"resource" of a definition must be one of ${resourceTypes.join(', ')}, not ${JSON.stringify(resource)}`;
      throw new CompozyError('Config.Invalid', message);
    }
    if (typeof id !== 'string' || id === '') {
      throw new CompozyError('Config.Invalid', `A definition of type "${resource!}" needs an "id" that is a text`);
    }
    const key = keyOf(resource!, id);
    const known = definitions.get(key);
    if (known === undefined) definitions.set(key, structuredClone(definition));
    else if (!isSame(known, definition)) {
      throw new CompozyError('Config.Invalid', `There is already a ${resource!} "${known.id}" with another definition`);
    }
  };
  for (const definition of first) register(definition);
  return {
    register,
    get: (type, id) => definitions.get(keyOf(type, id)),
    list: (type) => [...definitions.values()].filter(({ resource }) => type === undefined || resource === type),
  };
}

export function isSame(left: ResourceDefinition, right: ResourceDefinition): boolean {
  return canonicalJson(left) === canonicalJson(right);
}

function keyOf(type: ResourceType, id: string): string {
  return `${type} ${id.toLowerCase()}`;
}
