using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Mimir.Gateway.Clusters;
using Mimir.Gateway.Errors;
using Mimir.Gateway.Hosting;
using Mimir.Gateway.Joint;
using Mimir.Gateway.OpenAi;
using Mimir.Gateway.Pages;
using Mimir.Gateway.Sessions;
using Mimir.Gateway.Watching;
using Mimir.Transport.Connections;

namespace Mimir.Gateway;

/// <summary>
/// The process beside a data owner that speaks OpenAI's API and serves the web page. Text stays in this process: what leaves it towards the
/// cluster is masked and sealed.
/// </summary>
public sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _application;

    private GatewayHost(WebApplication application, GatewayState state)
    {
        (_application, State) = (application, state);
        var bound = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        Address = new Uri(bound);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>What its endpoints share.</summary>
    public GatewayState State { get; }

    /// <summary>Starts serving.</summary>
    /// <exception cref="ArgumentException">The settings contradict each other, or would serve others than this machine without TLS and keys.</exception>
    /// <exception cref="Mimir.Models.ModelFormatException">A model directory cannot be used.</exception>
    /// <exception cref="PortInUseException">The port is taken.</exception>
    public static async Task<GatewayHost> StartAsync(GatewaySettings settings, CancellationToken cancellation)
    {
        var state = new GatewayState(settings);
        WebApplication? application = null;
        try
        {
            application = Build(state);
            await application.StartAsync(cancellation);
            return new GatewayHost(application, state);
        }
        catch (Exception error)
        {
            if (application is not null) await application.DisposeAsync();
            await state.DisposeAsync();
            if (error is not IOException) throw;
            throw new PortInUseException($"Cannot listen on {settings.Listen}: {error.Message} Choose another port (gateway.listen) or stop the process that has it.");
        }
    }

    /// <summary>Completes when the server was stopped.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellation) => _application.WaitForShutdownAsync(cancellation);

    /// <summary>Stops: running sessions are cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        State.Stop();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await _application.StopAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // What did not end in time is cut off by the disposal below.
        }
        await _application.DisposeAsync();
        await State.DisposeAsync();
    }

    private static WebApplication Build(GatewayState state)
    {
        var settings = state.Settings;
        var certificate = ServerCertificate.Open(settings);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRouting();
        builder.WebHost.UseKestrel(kestrel =>
        {
            ServerLimits.Apply(kestrel, settings);
            kestrel.Listen(settings.Listen, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                HalfClosed.Apply(listen);
                if (certificate is not null) listen.UseHttps(certificate.Apply);
            });
        });
        var application = builder.Build();
        application.Use((context, next) => ErrorShape.GuardAsync(context, next, settings.Log));
        application.Use((context, next) => state.Guard.PassAsync(context, next));
        application.UseRouting();
        EmbeddedPage.Map(application);
        ModelEndpoints.Map(application, state);
        TextEndpoints.Map(application, state);
        ClusterEndpoints.Map(application, state);
        SessionEndpoints.Map(application, state);
        WatchEndpoints.Map(application, state);
        JointEndpoints.Map(application, state);
        return application;
    }
}
