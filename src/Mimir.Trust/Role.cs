namespace Mimir.Trust;

/// <summary>What a process is in a Mimir session. A certificate names exactly one role.</summary>
public enum Role
{
    /// <summary>A compute party (node): holds shares, never a prompt or a weight.</summary>
    Party = 1,

    /// <summary>The Triple Service: deals correlated randomness, never receives data or masked weights.</summary>
    TripleService = 2,

    /// <summary>The coordinator: control plane, relays what is sealed for others.</summary>
    Coordinator = 3,

    /// <summary>A data owner (client): submits a prompt segment or receives tokens.</summary>
    DataOwner = 4,

    /// <summary>The model owner: gives the parties the masked weights.</summary>
    ModelOwner = 5,

    /// <summary>Holds a share of data keys, and gives it to attested machines only.</summary>
    KeyHolder = 6,
}

/// <summary>The spelling of roles in certificates, on the wire and in messages.</summary>
public static class RoleNames
{
    private static readonly (Role Role, string Name)[] Table =
    [
        (Role.Party, "party"),
        (Role.TripleService, "triple-service"),
        (Role.Coordinator, "coordinator"),
        (Role.DataOwner, "data-owner"),
        (Role.ModelOwner, "model-owner"),
        (Role.KeyHolder, "key-holder"),
    ];

    /// <summary>The role as written in a certificate, for example <c>triple-service</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a role.</exception>
    public static string ToName(this Role role)
    {
        foreach (var (candidate, name) in Table)
            if (candidate == role) return name;
        throw new ArgumentOutOfRangeException(nameof(role), role, "This number is not a role.");
    }

    /// <summary>Reads the spelling of <see cref="ToName"/>; case matters.</summary>
    public static bool TryParse(string? name, out Role role)
    {
        foreach (var (candidate, spelling) in Table)
        {
            role = candidate;
            if (spelling == name) return true;
        }

        role = default;
        return false;
    }
}
