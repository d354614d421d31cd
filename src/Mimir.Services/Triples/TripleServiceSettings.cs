using Mimir.Services.Hosting;

namespace Mimir.Services.Triples;

/// <summary>Settings of the Triple Service.</summary>
public sealed record TripleServiceSettings : RoleSettings
{
    /// <summary>Port of its gRPC service on the listening address; 0 lets the system choose.</summary>
    public int GrpcPort { get; init; }
}
