using Mimir.Cli.Planning.Machines;

namespace Mimir.Cli.Planning;

/// <summary>What one token costs, and what the roles must hold. Counts are exact; seconds are an estimate (see <see cref="Planner"/>).</summary>
public sealed record PlanReport
{
    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>Weights, padding not counted.</summary>
    public required long Parameters { get; init; }

    /// <summary>T.</summary>
    public required int Context { get; init; }

    /// <summary>N.</summary>
    public required int Parties { get; init; }

    /// <summary>
    /// K: everything that is said per token is for a step of K + 1 positions, out of which 1 to K + 1 tokens come: divide by those that your text yields
    /// (`mimir bench drafter`).
    /// </summary>
    public required int Speculate { get; init; }

    /// <summary>active or passive.</summary>
    public required string Security { get; init; }

    /// <summary>Exchanges per transformer layer.</summary>
    public required long RoundsPerLayer { get; init; }

    /// <summary>Exchanges per token on the critical path: embedding, layers, head, sampling, check, output, and the poll for a stop.</summary>
    public required long RoundsPerToken { get; init; }

    /// <summary>Exchanges per token ahead of need: sacrifice and its check, without audits.</summary>
    public required double OfflineRoundsPerToken { get; init; }

    /// <summary>Bytes of openings that each party sends per layer, to all its peers together.</summary>
    public required long BytesPerLayer { get; init; }

    /// <summary>Bytes of openings that each party sends per token, to all its peers together.</summary>
    public required long BytesPerToken { get; init; }

    /// <summary>Bytes that the Triple Service sends per token; they go to the last party, the others expand theirs from keys.</summary>
    public required long DealtBytesPerToken { get; init; }

    /// <summary>Bytes that the Triple Service sends once per model.</summary>
    public required long DealtBytesAtLoad { get; init; }

    /// <summary>Bytes of weights, masked or public, that the model owner sends to each party once.</summary>
    public required long ModelBytesPerParty { get; init; }

    /// <summary>Memory of the party that needs most, in a session of T positions.</summary>
    public required long PartyMemoryBytes { get; init; }

    /// <summary>Memory of the Triple Service.</summary>
    public required long TriplesMemoryBytes { get; init; }

    /// <summary>Memory of all parties and the Triple Service.</summary>
    public required long TotalMemoryBytes { get; init; }

    /// <summary>What the estimate assumed: GB/s read by all cores.</summary>
    public required double ReadBandwidthGbps { get; init; }

    /// <summary>((2N + 1) · bytes of secret matrices + N · bytes of public ones) / bandwidth: no schedule on one machine is faster without reading fewer bytes.</summary>
    public required double FloorSeconds { get; init; }

    /// <summary>The machine whose measured prices the seconds come from.</summary>
    public required string Machine { get; init; }

    /// <summary>Whether the seconds are a projection to machines that nothing was measured on.</summary>
    public required bool Projection { get; init; }

    /// <summary>The counts behind the estimate.</summary>
    public required Work Work { get; init; }

    /// <summary>Estimate: what each role needs on a machine of its own, and what limits it.</summary>
    public required IReadOnlyList<RoleTime> Roles { get; init; }

    /// <summary>Estimate: a step, the dealing done beside it.</summary>
    public required double OnlineSeconds { get; init; }

    /// <summary>Estimate: per token, end to end: every role on the one machine, or (projection) the slowest role on its own.</summary>
    public required double SecondsPerToken { get; init; }
}
