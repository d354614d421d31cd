using Mimir.Cli.Benching.Networks;
using Mimir.Client;
using Mimir.Models.Folding;

namespace Mimir.Cli.Demo;

/// <summary>What a local cluster is made of.</summary>
internal sealed record LocalClusterOptions
{
    /// <summary>The model's directory, or a shape (see ModelShareSettings): opened by the model owner's process only.</summary>
    public required string Model { get; init; }

    /// <summary>Whether the weights are public, and a LoRA adapter.</summary>
    public WeightTerms Weights { get; init; } = WeightTerms.Secret;

    /// <summary>N.</summary>
    public int Parties { get; init; } = 2;

    /// <summary>MACs on.</summary>
    public bool Active { get; init; } = true;

    /// <summary>f.</summary>
    public int ScaleBits { get; init; } = 16;

    /// <summary>Of the sessions of a gateway beside the cluster (<see cref="LocalCluster.StartGatewayAsync"/>); its number format is the cluster's.</summary>
    public GenerationOptions Generation { get; init; } = new();

    /// <summary>Most sessions that run at once; others wait in line.</summary>
    public int MaxLanes { get; init; } = 8;

    /// <summary>The program whose `supervised` command is each process; this one when not given.</summary>
    public string? Executable { get; init; }

    /// <summary>An empty place for keys; a new temporary directory when not given. Removed in the end.</summary>
    public string? Directory { get; init; }

    /// <summary>How long the certificates last.</summary>
    public TimeSpan Validity { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Where the log of the process of a name goes; to the one log of the cluster when not given.</summary>
    public Func<string, Action<string>>? LogOf { get; init; }

    /// <summary>Hosts by process name, when the processes are spread over emulated ones; null: all of them here, on loopback.</summary>
    public IReadOnlyDictionary<string, EmulatedHost>? Hosts { get; init; }

    /// <summary>Threads among which every party and the Triple Service divide large kernels; null: the machine's processors, shared out among them.</summary>
    public int? Threads { get; init; }

    /// <summary>A party that somebody else hosts; for tests.</summary>
    public int? ExternalParty { get; init; }

    /// <summary>Starts that party once the coordinator listens.</summary>
    public Action<LocalCluster, int> StartExternalParty { get; init; } = (_, _) => { };
}
