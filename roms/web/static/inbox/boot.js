// What the page was given at its start.
export const boot = JSON.parse(document.getElementById("boot").textContent);
export const me = boot.me;

const agents = new Map([...boot.agents, boot.me].map((agent) => [agent.id, agent]));
export const colleagues = boot.agents;
export const agentName = (id) => agents.get(id)?.name ?? null;
export const firstName = (id) => agentName(id)?.split(" ")[0] ?? null;
