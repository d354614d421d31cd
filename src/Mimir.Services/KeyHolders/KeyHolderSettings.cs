using Mimir.Services.Hosting;

namespace Mimir.Services.KeyHolders;

/// <summary>Settings of a key holder. Its policy (<see cref="AttestationSettings.Policy"/>) and its audit log are not optional.</summary>
public sealed record KeyHolderSettings : RoleSettings
{
    /// <summary>The file of its share (mode 0600).</summary>
    public required string Share { get; init; }

    /// <summary>The audit log (configuration key <c>audit.file</c>).</summary>
    public string? AuditFile { get; init; }
}
