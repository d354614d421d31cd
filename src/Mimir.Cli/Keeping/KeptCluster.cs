using System.Text.Json.Serialization;
using Mimir.Client;
using Mimir.Models.Folding;

namespace Mimir.Cli.Keeping;

/// <summary>What is written down of a running cluster for other commands. Public things and paths; no key.</summary>
internal sealed record KeptCluster
{
    /// <summary>The process that keeps it.</summary>
    public required int Keeper { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>False while it starts.</summary>
    public bool Ready { get; init; }

    /// <summary>The model's directory.</summary>
    public required string Model { get; init; }

    /// <summary>N.</summary>
    public required int Parties { get; init; }

    /// <summary>MACs on.</summary>
    public required bool Active { get; init; }

    /// <summary>Everybody may know the weights.</summary>
    public required bool PublicWeights { get; init; }

    /// <summary>A LoRA adapter, or null.</summary>
    public string? Adapter { get; init; }

    /// <summary>f.</summary>
    public required int ScaleBits { get; init; }

    /// <summary>Where the coordinator listens; empty while the cluster starts.</summary>
    public string Coordinator { get; init; } = "";

    /// <summary>Where the gateway listens, or null.</summary>
    public string? Gateway { get; init; }

    /// <summary>When its certificates end.</summary>
    public DateTimeOffset Expires { get; init; }

    /// <summary>Its processes, the keeper's own not among them.</summary>
    public IReadOnlyList<KeptProcess> Processes { get; init; } = [];

    /// <summary>What requests call the model.</summary>
    [JsonIgnore]
    public string ModelName => Path.GetFileName(Path.TrimEndingDirectorySeparator(Model));

    /// <summary>How the model is shared.</summary>
    [JsonIgnore]
    public WeightTerms Weights => new(PublicWeights, Adapter);

    /// <summary><paramref name="options"/> for a session on it.</summary>
    public GenerationOptions Apply(GenerationOptions options) => options with { Parties = Parties, Active = Active, Weights = Weights, ScaleBits = ScaleBits };

    /// <summary>In one line: what runs and where.</summary>
    public override string ToString() =>
        $"{ModelName}, {Parties} parties, {(Active ? "active" : "passive")} security, {(PublicWeights ? "public" : "secret")} weights{(Gateway is null ? "" : $", at {Gateway}")}";
}

/// <summary>A process of a cluster.</summary>
/// <param name="Role">Its role's word.</param>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its number.</param>
internal sealed record KeptProcess(string Role, string Name, int Id);

/// <summary>Serialisation without reflection.</summary>
[JsonSerializable(typeof(KeptCluster))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class KeptJson : JsonSerializerContext;
