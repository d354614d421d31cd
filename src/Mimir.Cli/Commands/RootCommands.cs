using System.CommandLine;
using Mimir.Cli.Manual;
using Mimir.Cli.Verification;

namespace Mimir.Cli.Commands;

/// <summary>The program's commands. A command appears here when it works.</summary>
public static class RootCommands
{
    /// <summary>The whole command line.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand(
            "Runs one language model among organisations that do not trust each other: nobody sees another's prompt, nobody sees the weights.");
        root.Subcommands.Add(DemoCommand.Create());
        root.Subcommands.Add(RunCommand.Create());
        root.Subcommands.Add(ChatCommand.Create());
        root.Subcommands.Add(UpCommand.Create());
        root.Subcommands.Add(DownCommand.Create());
        root.Subcommands.Add(StatusCommand.Create());
        root.Subcommands.Add(PsCommand.Create());
        root.Subcommands.Add(LogsCommand.Create());
        root.Subcommands.Add(VerifyCommand.Create(new SimulatedVerification()));
        root.Subcommands.Add(PlanCommand.Create());
        root.Subcommands.Add(BenchCommand.Create());
        root.Subcommands.Add(ModelCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());
        root.Subcommands.Add(GenerateCommand.Create());
        root.Subcommands.Add(JointCommand.Create());
        root.Subcommands.Add(RoleCommands.Coordinator());
        root.Subcommands.Add(RoleCommands.Triples());
        root.Subcommands.Add(RoleCommands.Node());
        root.Subcommands.Add(GatewayCommand.Create());
        root.Subcommands.Add(IdentityCommand.Create());
        root.Subcommands.Add(RevokeCommand.Create());
        root.Subcommands.Add(AttestCommand.Create());
        root.Subcommands.Add(PolicyCommand.Create());
        root.Subcommands.Add(KeyCommand.Create());
        root.Subcommands.Add(SealCommand.Create());
        root.Subcommands.Add(UnsealCommand.Create());
        root.Subcommands.Add(RekeyCommand.Create());
        root.Subcommands.Add(AuditCommand.Create());
        root.Subcommands.Add(WireGuardCommand.Create());
        root.Subcommands.Add(CompletionCommand.Create());
        root.Subcommands.Add(HelpPagesCommand.Create());
        ManualHelp.Install(root);
        return root;
    }
}
