using System.Text.Json.Serialization;
using Mimir.Cli.Benching;
using Mimir.Client;

namespace Mimir.Cli.Supervision;

/// <summary>What a supervisor tells a child process, as one line of JSON on its standard input. Holds paths and public terms, no secret but a client's own prompt.</summary>
public sealed record SupervisedSettings
{
    /// <summary>Directory of the child's certificate and keys.</summary>
    public required string Identity { get; init; }

    /// <summary>The authority's ca.pem.</summary>
    public required string Authority { get; init; }

    /// <summary>Where the child listens, if it does.</summary>
    public string Listen { get; init; } = "127.0.0.1:0";

    /// <summary>Model owner: weights; client: tokenizer only.</summary>
    public string? Model { get; init; }

    /// <summary>Model owner: every party may know the weights.</summary>
    public bool PublicWeights { get; init; }

    /// <summary>Model owner: directory of a LoRA adapter.</summary>
    public string? Adapter { get; init; }

    /// <summary>N.</summary>
    public int Parties { get; init; } = 2;

    /// <summary>MACs on.</summary>
    public bool Active { get; init; } = true;

    /// <summary>f.</summary>
    public int ScaleBits { get; init; } = 16;

    /// <summary>Coordinator: most sessions that run on one model at once.</summary>
    public int MaxLanes { get; init; } = 8;

    /// <summary>Node and Triple Service: threads among which large kernels are divided.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Client: the session, 32 hexadecimal digits.</summary>
    public string? Session { get; init; }

    /// <summary>Client: the SessionTerms that it agreed to, in base 64.</summary>
    public string? Terms { get; init; }

    /// <summary>Client: it asks to stop after a multiple of so many outputs only.</summary>
    public int StopBucket { get; init; } = 1;

    /// <summary>Gateway: of its sessions.</summary>
    public GenerationOptions Generation { get; init; } = new();

    /// <summary>Client: its prompt segments.</summary>
    public IReadOnlyList<SupervisedSegment> Segments { get; init; } = [];
}

/// <summary>A client's prompt segment.</summary>
/// <param name="Number">Its place in the prompt; the first one begins with the model's first token.</param>
/// <param name="Text">The text.</param>
public sealed record SupervisedSegment(int Number, string Text);

/// <summary>Serialisation without reflection: children start faster.</summary>
[JsonSerializable(typeof(SupervisedSettings))]
[JsonSerializable(typeof(BenchRequest))]
[JsonSerializable(typeof(BenchReport))]
internal sealed partial class SupervisedJson : JsonSerializerContext;
