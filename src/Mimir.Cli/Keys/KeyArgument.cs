using System.CommandLine;
using Mimir.Cli.Commands;
using Mimir.Cli.Configuration;
using Mimir.Trust;
using Mimir.Trust.KeyRelease;

namespace Mimir.Cli.Keys;

/// <summary>A data key on the command line: a key file, or the name of a key that <c>keys.release</c> gives. One of the two.</summary>
internal sealed class KeyArgument
{
    private readonly Option<string?> _file;
    private readonly Option<string?> _name;

    /// <summary>Adds <c>--OPTION FILE</c> and <c>--OPTION-name NAME</c> to a command.</summary>
    public KeyArgument(Command command, string option, string what)
    {
        _file = new(option) { Description = $"{what}: a file that 'mimir key new' made", HelpName = "FILE" };
        _name = new($"{option}-name") { Description = $"{what}: released by this name, as keys.release of the configuration says", HelpName = "NAME" };
        command.Options.Add(_file);
        command.Options.Add(_name);
    }

    /// <summary>The key; the caller disposes of it. Null when neither is given.</summary>
    /// <exception cref="UsageException">Both are given, the name cannot be one, or <c>keys.release</c> is not set.</exception>
    /// <exception cref="KeyReleaseException">The key is not released.</exception>
    public async Task<DataKey?> FindAsync(ParseResult result, MimirConfig config, CancellationToken cancellation)
    {
        switch (result.GetValue(_file), result.GetValue(_name))
        {
            case (null, null):
                return null;
            case ({ } file, null):
                return DataKeyFile.Load(file);
            case (null, { } name):
                if (!PeerName.IsValid(name)) throw new UsageException($"{_name.Name}: '{Setting.Shown(name)}' cannot be the name of a key");
                using (var release = KeyReleases.Open(config, result.InvocationConfiguration.Error.WriteLine)) return await release.ReleaseAsync(name, cancellation);
            default:
                throw new UsageException($"give {_file.Name} or {_name.Name}, not both");
        }
    }

    /// <summary>As <see cref="FindAsync"/>, where a key is needed.</summary>
    /// <exception cref="UsageException">As there, or none is given.</exception>
    /// <exception cref="KeyReleaseException">The key is not released.</exception>
    public async Task<DataKey> OpenAsync(ParseResult result, MimirConfig config, CancellationToken cancellation) =>
        await FindAsync(result, config, cancellation) ?? throw new UsageException($"give {_file.Name} FILE, or {_name.Name} NAME with keys.release in the configuration");
}
