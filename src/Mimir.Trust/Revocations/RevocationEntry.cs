namespace Mimir.Trust.Revocations;

/// <summary>One thing that is revoked.</summary>
/// <param name="Kind">What is named.</param>
/// <param name="Value">See <see cref="RevocationKind"/>.</param>
/// <param name="Reason">One line for people, at most <see cref="LongestReason"/> characters of printable ASCII.</param>
public sealed record RevocationEntry(RevocationKind Kind, string Value, string Reason)
{
    /// <summary>The longest reason.</summary>
    public const int LongestReason = 200;

    /// <summary>The longest value: a role and a name, or a hash in hexadecimal.</summary>
    public const int LongestValue = 80;

    /// <summary>Whether every field is within its range.</summary>
    public bool IsWellFormed => Reason.Length is > 0 and <= LongestReason && Reason.All(c => c is >= ' ' and <= '~') && Kind switch
    {
        RevocationKind.Name => IsPeer(Value),
        RevocationKind.Serial => Value.Length is >= 2 and <= 40 && IsHex(Value),
        RevocationKind.Key => Value.Length == 64 && IsHex(Value),
        _ => false,
    };

    /// <summary>The process that an entry by name names; null of other kinds.</summary>
    public (Role Role, string Name)? Peer => Kind == RevocationKind.Name && Value.Split('/') is [var role, var name] && RoleNames.TryParse(role, out var known) ? (known, name) : null;

    /// <summary>An entry for all certificates of one process.</summary>
    public static RevocationEntry Of(Role role, string name, string reason) => new(RevocationKind.Name, $"{role.ToName()}/{PeerName.Require(name)}", reason);

    private static bool IsPeer(string value) => value.Split('/') is [var role, var name] && RoleNames.TryParse(role, out _) && PeerName.IsValid(name);

    private static bool IsHex(string value) => value.Length % 2 == 0 && value.All(c => char.IsAsciiDigit(c) || c is >= 'A' and <= 'F');
}
