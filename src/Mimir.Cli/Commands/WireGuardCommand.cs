using System.CommandLine;
using System.Net;
using Mimir.Overlay;
using Mimir.Overlay.Descriptors;
using Mimir.Overlay.Interfaces;
using Mimir.Overlay.Keys;
using Mimir.Overlay.Running;
using Mimir.Trust;

namespace Mimir.Cli.Commands;

/// <summary>`mimir wireguard`: an encrypted network among the nodes, under everything else.</summary>
public static class WireGuardCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("wireguard", "An encrypted network (WireGuard) among the nodes, keyed by their certificates")
    {
        Keys(), Descriptor(), WireGuardUp.Create(), Rotate(), Activate(), WireGuardStatus.Create(), Down(),
    };

    /// <summary>--interface NAME.</summary>
    internal static Option<string> Interface() => new("--interface")
    {
        Description = "The network interface",
        HelpName = "NAME",
        DefaultValueFactory = _ => InterfaceSettings.DefaultName,
    };

    /// <summary>--peers FOLDER.</summary>
    internal static Option<string?> Peers() => new("--peers") { Description = "Folder of the peers' descriptors, *" + PeerBook.Extension, HelpName = "DIR" };

    /// <summary>--ca FILE.</summary>
    internal static Option<string?> Authority() => new("--ca") { Description = "ca.pem of the group", HelpName = "FILE" };

    private static Command Keys()
    {
        var folder = Folder("Where to put the key");
        var command = new Command("keys", "Makes this node's first WireGuard key") { folder };
        command.SetAction(result =>
        {
            using var pair = new KeyFolder(result.GetValue(folder)!).Create();
            result.InvocationConfiguration.Output.WriteLine(pair.PublicKey);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Descriptor() => Signing("descriptor", "Writes what the peers need to know of this node, signed by its certificate", keys => keys.HasNext
        ? throw new UsageException("a rotation is under way: 'mimir wireguard rotate' writes its descriptor, 'mimir wireguard activate' ends it")
        : keys.Current());

    private static Command Rotate() => Signing("rotate", "Makes the key that follows and its descriptor; the current key stays in use until 'activate'", keys => keys.Prepare());

    private static Command Activate()
    {
        var folder = Folder("Where the keys are");
        var command = new Command("activate", "Uses the key of 'rotate', once all peers have its descriptor; connections go on") { folder };
        command.SetAction(result =>
        {
            result.InvocationConfiguration.Output.WriteLine(new KeyFolder(result.GetValue(folder)!).Activate());
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Down()
    {
        var (name, network) = (Interface(), Namespace());
        var command = new Command("down", "Removes the interface, which ends 'up'") { name, network };
        command.SetAction(async (result, cancellation) =>
        {
            await OverlayInterface.RemoveAsync(new(result.GetValue(name)!, result.GetValue(network)), cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Signing(string name, string description, Func<KeyFolder, WireGuardKeyPair> choose)
    {
        var folder = Folder("Where the keys are");
        var identity = Identity();
        var endpoint = new Option<string>("--endpoint") { Description = "Where peers reach this node's WireGuard", HelpName = "ADDRESS:PORT", Required = true };
        var output = new Option<string?>("--out") { Description = $"The descriptor, for the peers' folders; its name ends with {PeerBook.Extension}. Not needed where 'up' has a --coordinator", HelpName = "FILE" };
        var command = new Command(name, description) { folder, identity, endpoint, output };
        command.SetAction(result =>
        {
            if (!IPEndPoint.TryParse(result.GetValue(endpoint)!, out var place) || place.Port == 0)
                throw new UsageException("--endpoint needs an IP address and a port, as in 192.0.2.1:51820 or [2001:db8::1]:51820");
            var file = result.GetValue(output);
            if (file?.EndsWith(PeerBook.Extension, StringComparison.Ordinal) == false) throw new UsageException($"--out must end with {PeerBook.Extension}: others are not read");
            using var signer = Mimir.Trust.Identity.Load(result.GetValue(identity)!);
            var keys = new KeyFolder(result.GetValue(folder)!);
            using var pair = choose(keys);
            var descriptor = PeerDescriptor.Sign(signer, pair.PublicKey, place, keys.NextEpoch(TimeProvider.System.GetUtcNow()));
            new OwnDescriptor(keys).Write(descriptor);
            if (file is not null)
            {
                // Whole at once: a running peer may be looking at the folder.
                File.WriteAllText(file + ".new", descriptor.ToString());
                File.Move(file + ".new", file, overwrite: true);
            }
            result.InvocationConfiguration.Output.WriteLine($"{signer} is {OverlayAddress.Of(signer.Role, signer.Name)} with key {pair.PublicKey}, epoch {descriptor.Epoch}");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The folder of keys.</summary>
    internal static Argument<string> Folder(string description) => new("DIR") { Description = description };

    /// <summary>--identity DIR.</summary>
    internal static Option<string> Identity() => new("--identity") { Description = "This node's certificate.pem, key.pem and sealing-key.pem", HelpName = "DIR", Required = true };

    /// <summary>--netns NAME.</summary>
    internal static Option<string?> Namespace() => new("--netns") { Description = "The network namespace (ip netns) of interface and port; this one when not given", HelpName = "NAME" };
}
