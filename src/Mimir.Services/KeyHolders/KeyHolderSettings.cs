using Mimir.Services.Hosting;
using Mimir.Trust.KeyRelease.Threshold;

namespace Mimir.Services.KeyHolders;

/// <summary>Settings of a key holder. Its policy (<see cref="AttestationSettings.Policy"/>) and its audit log are not optional.</summary>
public sealed record KeyHolderSettings : RoleSettings
{
    /// <summary>Its share. Not disposed of here.</summary>
    public required KeyShare Share { get; init; }

    /// <summary>The audit log (configuration key <c>audit.file</c>).</summary>
    public string? AuditFile { get; init; }
}
