namespace Mimir.Cli.Planning.Machines;

/// <summary>What one role needs for one token, when it has a machine of its own, and what limits it.</summary>
/// <param name="Role">party or triples.</param>
/// <param name="ComputeSeconds">Its processor seconds over its cores.</param>
/// <param name="MemorySeconds">The matrices it reads over its memory bandwidth.</param>
/// <param name="NetworkSeconds">Party: rounds · one-way delay and its openings; Triple Service: what it deals, at its rate.</param>
/// <param name="Seconds">Party: the larger of compute and memory, and then network, since rounds wait for computing. Triple Service: the largest.</param>
/// <param name="Bound">compute, memory or network: the largest of the three.</param>
public sealed record RoleTime(string Role, double ComputeSeconds, double MemorySeconds, double NetworkSeconds, double Seconds, string Bound)
{
    internal static RoleTime Of(string role, double compute, double memory, double network, bool waits)
    {
        var bound = network >= compute && network >= memory ? "network" : memory >= compute ? "memory" : "compute";
        var own = Math.Max(compute, memory);
        return new RoleTime(role, compute, memory, network, waits ? own + network : Math.Max(own, network), bound);
    }
}
