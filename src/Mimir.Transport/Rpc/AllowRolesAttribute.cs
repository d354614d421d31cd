using Mimir.Trust;

namespace Mimir.Transport.Rpc;

/// <summary>Who may call a service method. A method without it may be called by nobody.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AllowRolesAttribute(params Role[] roles) : Attribute
{
    /// <summary>The roles that may call.</summary>
    public IReadOnlyList<Role> Roles { get; } = roles;

    /// <summary>Whether a process may call that has not shown its evidence yet, to show it. Otherwise attestation.policy decides.</summary>
    public bool BeforeAttestation { get; init; }

    /// <summary>Whether a call costs so much that <c>limits.registrations_per_minute</c> and <c>…_per_address</c> count it.</summary>
    public bool IsCostly { get; init; }

    /// <summary>Every role, as long as its certificate is of this session's authority.</summary>
    public static IReadOnlyList<Role> Everyone { get; } = Enum.GetValues<Role>();
}
