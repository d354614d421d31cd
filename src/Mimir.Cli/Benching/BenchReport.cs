namespace Mimir.Cli.Benching;

/// <summary>What was measured; `--json` prints these keys in snake case. Rounds and bytes are exact, times are this run's.</summary>
public sealed record BenchReport
{
    /// <summary>Shape or directory.</summary>
    public required string Shape { get; init; }

    /// <summary>Positions when the last token was sampled.</summary>
    public required int Context { get; init; }

    /// <summary>N.</summary>
    public required int Parties { get; init; }

    /// <summary>active or passive.</summary>
    public required string Security { get; init; }

    /// <summary>secret or public.</summary>
    public required string Weights { get; init; }

    /// <summary>Weights of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Tokens sampled.</summary>
    public required int Tokens { get; init; }

    /// <summary>Sessions at once.</summary>
    public required int Lanes { get; init; }

    /// <summary>Guesses verified beside each token.</summary>
    public int Speculate { get; init; }

    /// <summary>Tokens that came out of one run: 1 without guesses.</summary>
    public double TokensPerRun { get; init; } = 1;

    /// <summary>Positions of the prompt.</summary>
    public required int PrefillPositions { get; init; }

    /// <summary>From the start of the (first) session to its first token: connections, masks, the whole prompt, one sampling.</summary>
    public required double PrefillSeconds { get; init; }

    /// <summary>The same of the cluster's first session, where one came before the measured one; else null.</summary>
    public double? FirstPrefillSeconds { get; init; }

    /// <summary>Of <see cref="PrefillSeconds"/>, from the parties' first step to their first sampled token, waiting for dealt material included; slowest party.</summary>
    public required double PrefillStepSeconds { get; init; }

    /// <summary>Of all sessions together, while all of them generate.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Time between tokens of one session at the client, mean over whole blocks while dealing goes on: end to end, everything included.</summary>
    public required double SecondsPerToken { get; init; }

    /// <summary>
    /// Time in a step that samples a token, slowest party; dealing and work ahead go on beside it on the same cores. The first token, which comes
    /// out of the prompt's own run, is left out.
    /// </summary>
    public required double StepSecondsPerToken { get; init; }

    /// <summary>
    /// Time between the last two pairs of tokens of the first session, when everything is dealt and worked ahead already: the online phase alone. With less than
    /// two tokens after the measured ones, <see cref="StepSecondsPerToken"/>.
    /// </summary>
    public required double OnlineSecondsPerToken { get; init; }

    /// <summary>(2N + 1)·8·M / bandwidth (protocol.md section 9); with public weights N·2·M / bandwidth.</summary>
    public required double FloorSeconds { get; init; }

    /// <summary>SecondsPerToken / FloorSeconds.</summary>
    public required double RatioToFloor { get; init; }

    /// <summary>Measured just before, all cores.</summary>
    public required double ReadBandwidthGbps { get; init; }

    /// <summary>Exchanges per transformer layer at the last position.</summary>
    public required long RoundsPerLayer { get; init; }

    /// <summary>Exchanges per run at the last position: of one token, or of several with guesses.</summary>
    public required long RoundsPerToken { get; init; }

    /// <summary>Bytes of openings per layer that each party sends at the last position.</summary>
    public required long BytesPerLayer { get; init; }

    /// <summary>Bytes of openings per token that each party sends, to all its peers together, at the last position.</summary>
    public required long OpenedBytesPerToken { get; init; }

    /// <summary>Bytes dealt per token at the last position.</summary>
    public required long DealtBytesPerToken { get; init; }

    /// <summary>Bytes dealt in the whole session, as counted by the Triple Service.</summary>
    public required ulong DealtBytes { get; init; }

    /// <summary>Processor seconds of a party's process a token, mean of the parties: steps, work ahead, transport.</summary>
    public required double PartyProcessorSeconds { get; init; }

    /// <summary>Processor seconds of the Triple Service's process a token.</summary>
    public required double TriplesProcessorSeconds { get; init; }

    /// <summary>From the start of the processes until every party held the model.</summary>
    public required double LoadSeconds { get; init; }

    /// <summary>What the emulated distance costs; null on loopback.</summary>
    public NetworkReport? Network { get; init; }

    /// <summary>Where the time goes; null when not asked for.</summary>
    public Breakdown? Breakdown { get; init; }

    /// <summary>Most resident memory of every process, by role and name, and of all at one moment ("total").</summary>
    public required IReadOnlyDictionary<string, long> PeakMemoryBytes { get; init; }
}
