namespace Mimir.Services.Hosting;

/// <summary>How a role's host talks with whoever runs it.</summary>
public sealed class RoleEnvironment
{
    /// <summary>Told one line for the log.</summary>
    public Action<string> Log { get; init; } = _ => { };

    /// <summary>Told once where the process listens.</summary>
    public Action<HostAddress> Listening { get; init; } = _ => { };

    /// <summary>Asked for the coordinator's address when the settings have none.</summary>
    public Func<CancellationToken, Task<string>> Coordinator { get; init; } =
        _ => throw new InvalidDataException("coordinator: no address is configured; give the coordinator's host and port");

    /// <summary>The coordinator's address from <paramref name="settings"/> or the supervisor.</summary>
    internal async Task<HostAddress> CoordinatorAsync(RoleSettings settings, CancellationToken cancellation) =>
        HostAddress.Parse(settings.Coordinator ?? await Coordinator(cancellation));
}
