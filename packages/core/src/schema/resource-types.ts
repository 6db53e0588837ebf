import type { z } from 'zod';
import { agentDocument } from './agent.js';
import {
  embedderDocument,
  knowledgeBaseDocument,
  mcpDocument,
  memoryDocument,
  modelDocument,
  vectorDbDocument,
} from './definitions.js';
import type { ProjectDocument } from './project.js';

interface Definitions {
  /** Where the project file lists them. */
  readonly list: keyof ProjectDocument;
  readonly name: string;
  readonly document: z.ZodObject;
}

/** Definitions that stand in the project file or in files of their own, and that nothing runs yet. */
export const definitionTypes = {
  agent: { list: 'agents', name: 'an agent', document: agentDocument },
  mcp: { list: 'mcps', name: 'an MCP server', document: mcpDocument },
  model: { list: 'models', name: 'a model', document: modelDocument },
  memory: { list: 'memories', name: 'a memory', document: memoryDocument },
  knowledge_base: { list: 'knowledge_bases', name: 'a knowledge base', document: knowledgeBaseDocument },
  embedder: { list: 'embedders', name: 'an embedder', document: embedderDocument },
  vector_db: { list: 'vector_dbs', name: 'a vector database', document: vectorDbDocument },
} as const satisfies Record<string, Definitions>;

export type DefinitionType = keyof typeof definitionTypes;

/** What `resource:` may say in a file of its own. */
export type ResourceType = DefinitionType | 'workflow' | 'task' | 'tool' | 'schema';

export const resourceTypes: readonly ResourceType[] = [
  'workflow',
  'task',
  'tool',
  'schema',
  ...(Object.keys(definitionTypes) as DefinitionType[]),
];

/** Where the project file lists resources of a type. */
export const listedResources: readonly (readonly [keyof ProjectDocument, ResourceType])[] = [
  ['tools', 'tool'],
  ['schemas', 'schema'],
  ...Object.entries(definitionTypes).map(([type, { list }]) => [list, type as DefinitionType] as const),
];

/** What messages call a resource of a type. */
export function resourceName(type: ResourceType): string {
  return Object.hasOwn(definitionTypes, type) ? definitionTypes[type as DefinitionType].name : `a ${type}`;
}
