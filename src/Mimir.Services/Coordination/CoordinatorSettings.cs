using Mimir.Services.Hosting;
using Mimir.Trust.Certificates;

namespace Mimir.Services.Coordination;

/// <summary>Settings of the coordinator.</summary>
public sealed record CoordinatorSettings : RoleSettings
{
    /// <summary>Most sessions that run on one model at once (configuration key <c>scheduler.max_lanes</c>).</summary>
    public int MaxLanes { get; init; } = 8;

    /// <summary>Most ε of a data owner (configuration key <c>privacy.epsilon_owner</c>); 0: no limit.</summary>
    public double EpsilonOwner { get; init; }

    /// <summary>The file of what data owners have spent (<c>privacy.ledger</c>); goes with <see cref="EpsilonOwner"/>.</summary>
    public string? PrivacyLedger { get; init; }

    /// <summary>The audit log (configuration key <c>audit.file</c>); null: none is kept.</summary>
    public string? AuditFile { get; init; }

    /// <summary>
    /// A further address at which nothing but the overlay's descriptors is exchanged, for members that are not in the overlay yet (configuration key <c>overlay.listen</c>);
    /// null: they are exchanged where everything else is.
    /// </summary>
    public string? OverlayListen { get; init; }

    /// <summary>Opens the authority of a directory; where keys may be kept elsewhere than in files, this says how.</summary>
    public Func<string, CertificateAuthority> OpenAuthority { get; init; } = directory => CertificateAuthority.Load(directory);
}
